if(TARGET sparkdyno)
    install(TARGETS sparkdyno RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The driver, a template for odbcinst, and the line that registers it. Component "odbc" is the driver alone:
# cmake --install build/release --component odbc
if(TARGET sparkodbc)
    install(TARGETS sparkodbc LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/odbc COMPONENT odbc)
    install(CODE "set(DYNO_LIBDIR \"${CMAKE_INSTALL_LIBDIR}\")
        set(DYNO_DATADIR \"${CMAKE_INSTALL_DATADIR}\")
        set(DYNO_TEMPLATE \"${PROJECT_SOURCE_DIR}/harness/odbc/odbcinst.ini.in\")"
        COMPONENT odbc)
    install(SCRIPT cmake/InstallDriver.cmake COMPONENT odbc)
    install(FILES docs/odbc.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT odbc)
endif()

install(DIRECTORY workloads profiles DESTINATION ${CMAKE_INSTALL_DATADIR}/sparkdyno)
install(FILES docs/sparkdyno.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
