# SPDX-License-Identifier: MIT
# Installation: header, library, command, CMake package and pkg-config file.
include(CMakePackageConfigHelpers)

install(FILES ${PROJECT_SOURCE_DIR}/include/limpid.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS limpid EXPORT limpid
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET limpid-command)
    install(TARGETS limpid-command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# ---- find_package(limpid) ---------------------------------------------------------------------------

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/limpid)
install(EXPORT limpid NAMESPACE limpid:: FILE limpid-targets.cmake DESTINATION ${package_folder})
set(part_lines)
if(NOT BUILD_SHARED_LIBS)
    foreach(part module IN ZIP_LISTS limpid_parts limpid_modules)
        string(APPEND part_lines
            "pkg_check_modules(LIMPID_${part} REQUIRED QUIET IMPORTED_TARGET ${module})\n")
    endforeach()
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/limpid-config.cmake.in
    ${PROJECT_BINARY_DIR}/limpid-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/limpid-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/limpid-config.cmake
    ${PROJECT_BINARY_DIR}/limpid-config-version.cmake DESTINATION ${package_folder})

# ---- pkg-config -------------------------------------------------------------------------------------

# A static library hands its needs on, so that `pkg-config --libs limpid` names them all; a shared one
# keeps them to itself.
list(JOIN limpid_modules ", " pc_modules)
# The compiler's own word for OpenMP, because its runtime may lie where only the compiler looks.
set(pc_libraries "${OpenMP_C_FLAGS} -lm")
if(BUILD_SHARED_LIBS)
    set(pc_needs "Requires.private: ${pc_modules}\nLibs.private: ${pc_libraries}\nLibs: ")
    string(APPEND pc_needs "-L\${libdir} -llimpid")
else()
    set(pc_needs "Requires: ${pc_modules}\nLibs: -L\${libdir} -llimpid ${pc_libraries}")
endif()
# Paths hang on where the file itself lies, so that an installed tree can be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_prefix ${CMAKE_INSTALL_PREFIX})
    set(pc_libdir ${CMAKE_INSTALL_FULL_LIBDIR})
    set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
    file(RELATIVE_PATH pc_up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    set(pc_prefix "\${pcfiledir}/${pc_up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/limpid.pc.in ${PROJECT_BINARY_DIR}/limpid.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/limpid.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
