import { expect, test } from 'vitest';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { type Claim, checkClaim } from '../../src/policy/claims.js';
import { Policy } from '../../src/policy/policy.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { cases } from '../cases.js';
import { type AskedRequest, askEverything } from './brute_force.js';
import { changedPolicy, randomPolicy } from './random_policies.js';
import { keyOf, keyOfRequest } from './request_keys.js';

test('a claim holds where it holds of every request asked one by one; its witness is the smallest', () => {
  const verdicts = new Map<Claim, Set<boolean>>();
  const fails: Record<Claim, (a: boolean, b: boolean) => boolean> = {
    never: (a) => a,
    always: (a) => !a,
    implies: (a, b) => a && !b,
    equivalent: (a, b) => a !== b,
  };
  for (let seed = 1; seed <= cases(16, 100); seed++) {
    const random = new RandomSource(seed);
    const world = randomPolicy(seed);
    const worlds = [world, changedPolicy(world, seed)];
    const policy = new Policy(worlds);
    const { vocabulary } = world.profile;
    const hasTokens = policy.aligned.tokens.length > 0;
    const text = random.pick([
      `prog_load prog_type=${random.pick(vocabulary.names('prog_types'))}`,
      `map_create map_type=${random.pick(vocabulary.names('map_types'))}${hasTokens ? ' token!=none' : ''}`,
      `cmd=btf_load,prog_attach task=${random.pick(world.tasks).name}`,
      `cmd!=prog_load token=none`,
    ]);
    const pattern = parsePattern(text, policy.aligned);
    const meant = askEverything(worlds).filter((asked) => isMeant(text, world, asked));
    for (const claim of ['never', 'always', 'implies', 'equivalent'] as const) {
      const { asked, against, witness } = checkClaim(policy, claim, pattern);
      const failing = meant.filter(({ allowed: [a = false, b = false] }) => fails[claim](a, b));
      expect([seed, text, claim, asked, against]).toEqual([seed, text, claim, meant.length, failing.length]);
      expect(witness && keyOfRequest(policy, witness)).toBe(failing[0] && keyOf(failing[0]));
      verdicts.set(claim, (verdicts.get(claim) ?? new Set()).add(failing.length === 0));
    }
    policy.dispose();
  }
  for (const claim of Object.keys(fails) as Claim[]) expect([claim, verdicts.get(claim)?.size]).toEqual([claim, 2]);
});

/** The patterns above, read another way. */
function isMeant(text: string, { profile }: ReturnType<typeof randomPolicy>, asked: AskedRequest): boolean {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', asked.cmd);
  const [, type = ''] = /_type=(\S+)/.exec(text) ?? [];
  if (text.startsWith('prog_load')) return cmd === 'prog_load' && vocabulary.nameOf('prog_types', asked.type) === type;
  if (text.startsWith('map_create'))
    return (
      cmd === 'map_create' &&
      vocabulary.nameOf('map_types', asked.type) === type &&
      (asked.token !== undefined || !text.includes('token!=none'))
    );
  if (text.startsWith('cmd!=')) return cmd !== 'prog_load' && asked.token === undefined;
  return /^(?:btf_load|prog_attach)$/.test(cmd) && text.endsWith(`=${asked.task}`);
}
