# Compiler and linker flags, carried by one interface target.
add_library(dyno_flags INTERFACE)

target_compile_definitions(dyno_flags INTERFACE _POSIX_C_SOURCE=200809L _XOPEN_SOURCE=700 _DEFAULT_SOURCE)
target_compile_options(dyno_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wformat=2 -Wundef -Wvla
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual
    -Wwrite-strings -Wimplicit-fallthrough -Wnull-dereference -fno-common -fstack-protector-strong
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(dyno_flags INTERFACE
        -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)
else()
    target_compile_options(dyno_flags INTERFACE -Wcomma -Wunreachable-code)
endif()
if(DYNO_WERROR)
    target_compile_options(dyno_flags INTERFACE -Werror)
endif()
if(DYNO_SANITIZE)
    list(JOIN DYNO_SANITIZE "," dyno_sanitizers)
    target_compile_options(dyno_flags INTERFACE
        -fsanitize=${dyno_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(dyno_flags INTERFACE -fsanitize=${dyno_sanitizers})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_options(dyno_flags INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-clash-protection)
    target_link_options(dyno_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
