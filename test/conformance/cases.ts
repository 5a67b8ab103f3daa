import { ANY, caller, type Json, mount, prog, result, step, token, tokenCreate, use } from './records.js';

/** Cases of a kernel that is as it should be, each of which shows a rule. */
export const CASES: Readonly<Record<string, Json>> = {
  'an ancestor may use the token': use('ok', { caller: caller(['BPF'], 'init') }),
  'the owner has every capability': use('ok', { caller: caller([], 'init', 1000) }),
  'another uid has none': use('EPERM', { caller: caller([], 'init', 1001) }),
  'CAP_SYS_ADMIN stands in': use('ok', { caller: caller(['SYS_ADMIN']) }),
  'a token without the bit is dropped': use('EPERM', { token: token({ maps: '0x4' }) }),
  'a token without the command is dropped': use('EPERM', { token: token({ cmds: '0x2' }) }),
  'a token without the program type is dropped': use('EPERM', { ...prog(1), token: token({ progs: '0x1' }) }),
  'a token without the attach type is dropped': use('EPERM', { ...prog(1), token: token({ attachs: '0x2' }) }),
  'CAP_BPF is asked for every map while unprivileged BPF is disabled': use('EPERM', { caller: caller([]) }),
  'a dropped token does no harm': use('ok', { token: token({ cmds: '0x0' }), caller: caller(['BPF'], 'init') }),
  'attach type 0 is fixed up': use('ok', {
    ...prog(9),
    token: token({ attachs: '0x4' }),
    caller: caller(['BPF', 'NET_ADMIN']),
  }),
  'attach types have to fit': use('EINVAL', { ...prog(8, 5) }),
  'BTF_GET_FD_BY_ID takes a token': use('ok', { cmd: 'btf_get_fd_by_id', cmd_nr: 19, caller: caller(['SYS_ADMIN']) }),
  'file flags are checked late': use('EPERM', { variant: 'map_rdonly_wronly', caller: caller([]) }),
  'the flag is needed': use('EPERM', { token_fd: 'flag_unset_fd_set' }),
  'no token in the initial namespace': tokenCreate('EOPNOTSUPP', {
    caller: caller(['BPF'], 'init'),
    bpffs: {
      ns: 'init',
      mode: 0,
      delegate_cmds: '0x1',
      delegate_maps: ANY,
      delegate_progs: '0x0',
      delegate_attachs: '0x0',
    },
  }),
  'no token without delegation': tokenCreate('ENOENT', {
    bpffs: {
      ns: 'u1',
      mode: 0,
      delegate_cmds: '0x0',
      delegate_maps: '0x0',
      delegate_progs: '0x0',
      delegate_attachs: '0x0',
    },
  }),
  'a token has information': tokenCreate('ok'),
  'masks have names': mount([step('init_root', 'set_string', 'delegate_cmds', 'prog_load', 'ok')], {
    options: 'rw,delegate_cmds=prog_load',
    token: { result: result('ok') },
  }),
};
