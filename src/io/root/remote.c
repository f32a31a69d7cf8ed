/* Which file systems may wait for another machine or process. */
#include "io/root.h"

#include <stddef.h>

#ifdef __linux__
#include <sys/vfs.h>

/* statfs(2)'s f_type, from the headers and the documentation of each file system. */
static const unsigned long remote_types[] = {
    0x6969,     /* NFS */
    0x517b,     /* SMB */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB 2 and later */
    0x65735546, /* FUSE */
    0x01021997, /* 9P */
    0x00c36400, /* Ceph */
    0x5346414f, /* AFS */
    0x6b414653, /* AFS of the kernel */
    0x73757245, /* Coda */
    0x0bd00bd0, /* Lustre */
    0x47504653, /* GPFS */
    0x19830326, /* BeeGFS */
    0xaad7aaea, /* PanFS */
    0x786f4256, /* VirtualBox's shared folders */
    0xbacbacbc, /* VMware's shared folders */
};

bool root_is_remote(int descriptor)
{
    struct statfs facts;
    if (fstatfs(descriptor, &facts) != 0)
        return true;
    for (size_t i = 0; i < sizeof remote_types / sizeof remote_types[0]; i++) {
        if (((unsigned long)facts.f_type & 0xffffffff) == remote_types[i])
            return true;
    }
    return false;
}

#else

#include <sys/mount.h>

bool root_is_remote(int descriptor)
{
    struct statfs facts;
    return fstatfs(descriptor, &facts) != 0 || (facts.f_flags & MNT_LOCAL) == 0;
}

#endif
