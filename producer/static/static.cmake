# tocsin without shared libraries: glibc's own static parts, Debian's static libraries, and a stub for
# the one (Cyrus SASL) that cannot be had so.
find_library(lz4_library lz4 REQUIRED)
find_library(zstd_library zstd REQUIRED)
find_library(ssl_library ssl REQUIRED)
find_library(crypto_library crypto REQUIRED)
find_library(z_library z REQUIRED)

set_property(TARGET PkgConfig::rdkafka APPEND PROPERTY INTERFACE_LINK_LIBRARIES
  ${lz4_library} ${zstd_library} ${ssl_library} ${crypto_library} ${z_library} ${CMAKE_DL_LIBS})

function(tocsin_make_static program)
  target_sources(${program} PRIVATE static/resolver.c static/sasl.c)
  target_link_options(${program} PRIVATE -s LINKER:-z,pack-relative-relocs)
endfunction()
