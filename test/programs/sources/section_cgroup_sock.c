/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("cgroup/sock", sock)
PROGRAM("cgroup/sock_create", sock_create)
PROGRAM("cgroup/sock_release", sock_release)
PROGRAM("cgroup/post_bind4", post_bind4)
PROGRAM("cgroup/post_bind6", post_bind6)
LICENSE("GPL")
