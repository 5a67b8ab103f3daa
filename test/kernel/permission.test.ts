import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { Fault } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { MASK_KIND, type MaskName } from '../../src/kernel/masks.js';
import { Model } from '../../src/kernel/model.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { decodeVerdict, dispositionName, outcomeName } from '../../src/kernel/verdict.js';
import { NO_TOKEN, type Request, requestOf, type TokenSpec, type World } from '../../src/kernel/world.js';
import { resolveCapability, resolveName } from '../../src/names/spelling.js';
import { CASES, type Case, type TokenFacts } from './permission_cases.js';

const USERNS = ['init', 'box', 'inner', 'other'];

function capabilities(names: readonly string[]): bigint {
  return names.reduce((set, name) => set | (1n << BigInt(resolveCapability(name) as number)), 0n);
}

function worldOf({ profile: name, sysctl, task, token }: Case): World {
  const profile = profileNamed(name ?? 'linux-6.12');
  const [ns, euid, ...caps] = task.split(' ');
  const bits = (mask: MaskName, text: string | undefined): bigint => {
    if (text === 'any') return MASK_ANY;
    const values = (text ?? '').split(':').filter((item) => item !== '');
    return values.reduce(
      (set, item) => set | (1n << BigInt(resolveName(profile.vocabulary, MASK_KIND[mask], item) as number)),
      0n,
    );
  };
  const tokenOf = (facts: TokenFacts): TokenSpec => ({
    name: 'token',
    userns: USERNS.indexOf(facts.ns),
    allowed: {
      cmds: bits('cmds', facts.cmds),
      maps: bits('maps', facts.maps),
      progs: bits('progs', facts.progs),
      attachs: bits('attachs', facts.attachs),
    },
    denials: {
      cmds: bits('cmds', facts.denyCmds),
      caps: capabilities((facts.denyCaps ?? '').split(' ').filter((cap) => cap !== '')),
    },
  });
  return {
    profile,
    unprivilegedBpfDisabled: sysctl ?? 2,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'box', parent: 0, owner: 1000 },
      { name: 'inner', parent: 1, owner: 2000 },
      { name: 'other', parent: 0, owner: 1000 },
    ],
    bpffs: [],
    tasks: [{ name: 'task', userns: USERNS.indexOf(ns as string), euid: Number(euid), effective: capabilities(caps) }],
    tokens: token ? [tokenOf(token)] : [],
  };
}

function requestIn(world: World, { call, insns, pre, token }: Case): Request {
  const { vocabulary } = world.profile;
  const [cmdName = '', typeName = '0', attachName = '0'] = call.split(' ');
  const cmd = resolveName(vocabulary, 'cmds', cmdName) as number;
  const kind = cmdName === 'map_create' ? 'map_types' : 'prog_types';
  return requestOf({
    task: 0,
    token: token ? 0 : NO_TOKEN,
    cmd,
    type: resolveName(vocabulary, kind, typeName) as number,
    attachType: resolveName(vocabulary, 'attach_types', attachName) as number,
    insnCnt: insns ?? 1,
    pre: pre ? (Fault[pre.toUpperCase() as keyof typeof Fault] as Fault) : Fault.NONE,
  });
}

describe('the kernel, case by case', () => {
  test.each(CASES.map((row) => [`${row.cites}: ${row.what}`, row] as const))('%s', (_, row) => {
    const world = worldOf(row);
    const request = requestIn(world, row);
    const words = (byte: number) => {
      const { outcome, disposition } = decodeVerdict(byte);
      return `${outcomeName(outcome)} ${dispositionName(disposition)}`;
    };
    expect(words(new Model(world).ask(request))).toBe(row.answer);
    expect(words(createEvaluator(world).decideRequest(request))).toBe(row.answer);
  });
});
