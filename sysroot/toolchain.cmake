# cmake -DCMAKE_TOOLCHAIN_FILE=.../sysroot/share/quire/toolchain.cmake: builds C programs for Quire.
get_filename_component(QUIRE_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_SYSROOT "${QUIRE_SYSROOT}")
set(CMAKE_C_COMPILER "${QUIRE_SYSROOT}/bin/x86_64-quire-linux-musl-gcc")
set(CMAKE_AR "${QUIRE_SYSROOT}/bin/x86_64-quire-linux-musl-ar")
set(CMAKE_RANLIB "${QUIRE_SYSROOT}/bin/x86_64-quire-linux-musl-ranlib")
set(CMAKE_STRIP "${QUIRE_SYSROOT}/bin/x86_64-quire-linux-musl-strip")
set(PKG_CONFIG_EXECUTABLE "${QUIRE_SYSROOT}/bin/x86_64-quire-linux-musl-pkg-config")

set(CMAKE_FIND_ROOT_PATH "${QUIRE_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
