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

void place_leave(void)
{
	if (cgroup_path[0])
		rmdir(cgroup_path);
	cgroup_path[0] = 0;
}

static void interrupted(int signal)
{
	place_leave();
	_exit(128 + signal);
}

/* Everything on disk that cases need is in a mount namespace of our own, and ends with it; but for one empty cgroup. */
void place_make(void)
{
	static const char *const places[] = { "/mnt", "/media", "/tmp" };
	char path[64];

	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	atexit(place_leave);
	if (unshare(CLONE_NEWNS) != 0)
		fail("a mount namespace could not be made (%s): the recorder runs as root", strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("mounts could not be made private: %s", strerror(errno));
	for (unsigned i = 0; i < ARRAY_LEN(places) && !scratch; i++)
		if (access(places[i], F_OK) == 0)
			scratch = places[i];
	if (!scratch)
		fail("there is no /mnt, /media or /tmp to mount a tmpfs on");
	if (mount("recorder", scratch, "tmpfs", 0, "mode=0755") != 0)
		fail("a tmpfs on %s: %s", scratch, strerror(errno));
	snprintf(mount_point, sizeof(mount_point), "%s/m", scratch);
	mkdir(mount_point, 0777);
	snprintf(path, sizeof(path), "%s/cgroup", scratch);
	mkdir(path, 0755);
	if (mount("recorder", path, "cgroup2", 0, NULL) != 0)
		fail("the cgroup2 hierarchy: %s", strerror(errno));
	snprintf(cgroup_path, sizeof(cgroup_path), "%s/bpf-token-recorder-%d", path, getpid());
	if (mkdir(cgroup_path, 0755) != 0)
		fail("%s: %s", cgroup_path, strerror(errno));
	fixtures.cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
