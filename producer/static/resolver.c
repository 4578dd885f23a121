/*
 * resolver.c - how the static program finds hosts: by files and DNS, whatever the system is set to.
 *
 * A static glibc loads the plugins that nsswitch.conf names, and dies on those of another glibc. So
 * it is told not to, before anything else runs.
 */
#include <netdb.h>

/* glibc exports it, and declares it in no public header. */
extern int __nss_configure_lookup(const char *database, const char *services);

__attribute__((constructor)) static void look_up_by_files_and_dns(void)
{
    __nss_configure_lookup("hosts", "files dns");
}
