import type { LibertyName } from '../../kernel/verifier/liberties.js';
import type { InnerMap } from '../bpf_object.js';

/**
 * What a call has in its field for a token: nothing, the loader's token, or descriptor 0 with BPF_F_TOKEN_FD, which is what the
 * kernel reads where the loader sets the flag and passes attributes that end before the descriptor.
 */
export type CallToken = 'none' | 'token' | 'descriptor_0';

/** Why the verifier refuses a program whatever the loader may do. */
export interface ProgramLack {
  /**
   * `func_info`: it passes callbacks and has no function records; `map`: it refers to a map that was not made; `map_btf`: it uses a
   * field of values that the kernel finds by BTF, and the map has none.
   */
  readonly what: 'func_info' | 'map' | 'map_btf';
  /** The map; of `func_info` the program. */
  readonly name: string;
}

/** What the verifier is given. */
export interface SentProgram {
  /** Of its symbol; of a loader's own program undefined. */
  readonly name: string | undefined;
  /** Instructions of 8 bytes. */
  readonly instructionCount: number;
  /** enum bpf_func_id of the helpers it calls, as sent. */
  readonly helpers: readonly number[];
  readonly liberties: readonly LibertyName[];
  readonly isGpl: boolean;
  readonly isSleepable: boolean;
  /** What it attaches to, as program rules name it: `OPS.MEMBER` of struct_ops. */
  readonly target: string | undefined;
  readonly lacks: readonly ProgramLack[];
}

/** Commands of bpf() that ask no permission of the kinds a token can give: descriptors, and files of a bpffs. */
export type PlainCommand =
  | 'map_update_elem'
  | 'map_freeze'
  | 'prog_bind_map'
  | 'obj_get_info_by_fd'
  | 'obj_get'
  | 'obj_pin'
  | 'link_create';

/** A system call that a loader makes. Numbers are those of include/uapi/linux/bpf.h. */
export type LoaderCall =
  /** open() of a directory. */
  | { readonly cmd: 'open'; readonly path: string }
  /** With the directory that was opened. */
  | { readonly cmd: 'token_create'; readonly path: string }
  | {
      readonly cmd: 'map_create';
      /** enum bpf_map_type. */
      readonly type: number;
      /** map_flags without BPF_F_TOKEN_FD. */
      readonly flags: number;
      readonly token: CallToken;
      /** Whether types of keys or values are given, with BTF that was loaded. */
      readonly hasBtf: boolean;
      /** Of the object; undefined for a loader's own map. */
      readonly map: (InnerMap & { readonly name: string }) | undefined;
    }
  | {
      readonly cmd: 'prog_load';
      /** enum bpf_prog_type. */
      readonly type: number;
      /** expected_attach_type: enum bpf_attach_type; of struct_ops the index of the member. */
      readonly attachType: number;
      readonly token: CallToken;
      readonly program: SentProgram;
      /** What the verifier answers to a program that is made to fail; undefined for others. */
      readonly endsIn?: string;
    }
  | { readonly cmd: 'btf_load'; readonly token: CallToken }
  | {
      readonly cmd: PlainCommand;
      /** The map, program or path; undefined for a loader's own. */
      readonly of: string | undefined;
      /** What a kernel that has the command answers: a probe passes a descriptor that is none, and wants EBADF. */
      readonly endsIn?: string;
    };

/** A call that loads a program. */
export type ProgramLoad = Extract<LoaderCall, { cmd: 'prog_load' }>;
/** A call that makes a map. */
export type MapCreation = Extract<LoaderCall, { cmd: 'map_create' }>;
