# Every outside library as one dyno:: interface target.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Python3 COMPONENTS Interpreter REQUIRED)

function(dyno_dependency name module)
    pkg_check_modules(dep_${name} REQUIRED IMPORTED_TARGET ${module})
    add_library(dyno::${name} ALIAS PkgConfig::dep_${name})
endfunction()

dyno_dependency(cjson libcjson)
dyno_dependency(yaml yaml-0.1)
dyno_dependency(sqlite sqlite3)
dyno_dependency(curl libcurl)
dyno_dependency(gsl gsl)
dyno_dependency(odbc odbc)
dyno_dependency(odbcinst odbcinst)
dyno_dependency(crypto libcrypto)
dyno_dependency(ssl libssl)
