/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("fsession/do_nanosleep", fsession)
PROGRAM("fsession.s/__x64_sys_nanosleep", fsession_sleepable)
LICENSE("GPL")
