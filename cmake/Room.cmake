# dyno_room(NAME SOURCES a.c b.c LINKS base stats EXTERNAL dyno::curl)
#
# One folder of harness/ is one static library. LINKS names the rooms it may use; the include
# arrows are checked against the same map by tests/lint.
function(dyno_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS;EXTERNAL" ${ARGN})
    add_library(dyno_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(dyno_${name} PUBLIC ${CMAKE_SOURCE_DIR}/harness)
    target_link_libraries(dyno_${name} PRIVATE dyno_flags)
    foreach(room IN LISTS ROOM_LINKS)
        target_link_libraries(dyno_${name} PUBLIC dyno_${room})
    endforeach()
    target_link_libraries(dyno_${name} PUBLIC ${ROOM_EXTERNAL})
    set_target_properties(dyno_${name} PROPERTIES C_VISIBILITY_PRESET hidden)
endfunction()

# dyno_embed(room file symbol): the file's bytes become `const unsigned char symbol[]`, ending in NUL,
# and `const size_t symbol_len`.
function(dyno_embed room file symbol)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/cmake/embed.py
            ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${symbol} ${out}
        DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/embed.py
        VERBATIM)
    target_sources(dyno_${room} PRIVATE ${out})
endfunction()
