/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void agent_serve(const struct tree *tree, int ns, int own_mounts, int sock)
{
	static struct agent_request request;
	int fd;

	enter_ns(tree, ns);
	if (own_mounts && ns != 0 && unshare(CLONE_NEWNS) != 0)
		fail("unshare: %s", strerror(errno));
	while (receive_fd(sock, &request, sizeof(request), &fd) == sizeof(request)) {
		const char *value = request.has_value ? request.value : NULL;
		struct attr attr = { .size = 8 };
		long ret = -EINVAL;
		int opens = 0;

		become(tree, &request.caller);
		switch (request.op) {
		case ACT_FSOPEN:
			ret = sys_fsopen("bpf");
			opens = 1;
			break;
		case ACT_FSCONFIG:
			ret = sys_fsconfig(fd, request.fsconfig_cmd, request.key[0] ? request.key : NULL, value);
			break;
		case ACT_FSMOUNT:
			ret = sys_fsmount(fd);
			opens = 1;
			break;
		case ACT_FSPICK:
			ret = sys_fspick(fd);
			opens = 1;
			break;
		case ACT_TOKEN_CREATE:
			put32(&attr, 4, (uint32_t)fd);
			ret = sys_bpf(CMD_TOKEN_CREATE, attr.bytes, attr.size);
			opens = 1;
			break;
		case ACT_MKDIR:
			ret = negated(mkdirat(fd, request.key, 0755));
			break;
		case ACT_MOUNT:
			ret = negated(mount("bpffs", request.key, "bpf", 0, value));
			break;
		case ACT_UMOUNT:
			ret = negated(umount2(request.key, MNT_DETACH));
			break;
		}
		send_fd(sock, &ret, sizeof(ret), opens && ret >= 0 ? (int)ret : -1);
		if (opens && ret >= 0)
			close((int)ret);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

struct agent agent_start(const struct tree *tree, int ns, int own_mounts)
{
	struct agent agent;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		fail("socketpair: %s", strerror(errno));
	agent.pid = fork_child();
	if (agent.pid == 0) {
		close(pair[0]);
		agent_serve(tree, ns, own_mounts, pair[1]);
	}
	close(pair[1]);
	agent.sock = pair[0];
	return agent;
}

long agent_call(struct agent *agent, const struct agent_request *request, int fd)
{
	long ret;
	int got;

	if (send_fd(agent->sock, request, sizeof(*request), fd) < 0 || receive_fd(agent->sock, &ret, sizeof(ret), &got) != sizeof(ret))
		fail("an agent process crashed");
	return got >= 0 ? got : ret;
}

void agent_stop(struct agent *agent)
{
	/* Later agents hold copies of the socket: closing this one alone would not end the agent. */
	shutdown(agent->sock, SHUT_RDWR);
	close(agent->sock);
	waitpid(agent->pid, NULL, 0);
}
