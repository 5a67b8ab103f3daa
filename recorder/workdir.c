/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

const char *scratch;
char mount_point[16];

static char cgroup_path[128];

void workdir_remove(void)
{
	if (cgroup_path[0])
		rmdir(cgroup_path);
	cgroup_path[0] = 0;
}

static void interrupted(int signal)
{
	workdir_remove();
	_exit(128 + signal);
}

/* All files of the cases are in a private mount namespace, which ends with the recorder; but for one empty cgroup. */
void workdir_make(void)
{
	static const char *const folders[] = { "/mnt", "/media", "/tmp" };
	char path[64];

	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	atexit(workdir_remove);
	if (unshare(CLONE_NEWNS) != 0)
		fail("cannot create a mount namespace (%s): the recorder must run as root", strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("cannot make mounts private: %s", strerror(errno));
	for (unsigned i = 0; i < ARRAY_LEN(folders) && !scratch; i++)
		if (access(folders[i], F_OK) == 0)
			scratch = folders[i];
	if (!scratch)
		fail("one of /mnt, /media and /tmp must exist: the recorder mounts a tmpfs on it");
	if (mount("recorder", scratch, "tmpfs", 0, "mode=0755") != 0)
		fail("cannot mount a tmpfs on %s: %s", scratch, strerror(errno));
	snprintf(mount_point, sizeof(mount_point), "%s/m", scratch);
	mkdir(mount_point, 0777);
	snprintf(path, sizeof(path), "%s/cgroup", scratch);
	mkdir(path, 0755);
	if (mount("recorder", path, "cgroup2", 0, NULL) != 0)
		fail("cannot mount the cgroup2 hierarchy: %s", strerror(errno));
	snprintf(cgroup_path, sizeof(cgroup_path), "%s/bpf-token-recorder-%d", path, getpid());
	if (mkdir(cgroup_path, 0755) != 0)
		fail("%s: %s", cgroup_path, strerror(errno));
	fixtures.cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
