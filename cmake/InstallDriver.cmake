# Runs at installation, when the prefix is known: writes the driver's odbcinst template and says how to
# register it. Registering is left to whoever installs, since it changes a file of the system.
set(DYNO_DRIVER_PATH "${CMAKE_INSTALL_PREFIX}/${DYNO_LIBDIR}/odbc/libsparkodbc.so")
set(folder "${CMAKE_INSTALL_PREFIX}/${DYNO_DATADIR}/sparkdyno")
configure_file("${DYNO_TEMPLATE}" "$ENV{DESTDIR}${folder}/odbcinst.ini" @ONLY)
message(STATUS "To register the driver: odbcinst -i -d -f ${folder}/odbcinst.ini")
