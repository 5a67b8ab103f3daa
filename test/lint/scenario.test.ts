import { expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { MASK_NAMES } from '../../src/kernel/masks.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { lint, lintReading } from '../../src/lint/lint.js';
import { scenarioDelegations } from '../../src/scenario/scenario_delegations.js';
import { cases } from '../cases.js';

const profile = profileNamed('linux-6.18');

function lintScenario(text: string) {
  const source = { file: 'scenario.yaml', text };
  const { account, delegations } = scenarioDelegations(source);
  return lintReading({ format: 'scenario', files: [account], delegations }, [source], { profile }).findings;
}

test('a scenario has the findings of the mount options that mean the same, each at the item that it is about', () => {
  const met = new Set<string>();
  for (let seed = 1; seed <= cases(200, 2000); seed++) {
    const random = new RandomSource(seed);
    const options = MASK_NAMES.filter(() => random.chance(80)).map((mask) => {
      const kind = { cmds: 'cmds', maps: 'map_types', progs: 'prog_types', attachs: 'attach_types' } as const;
      const names = profile.vocabulary.names(kind[mask]);
      const drawn = Array.from({ length: 1 + random.below(4) }, () => random.pick(names));
      const value = random.chance(20) ? 'any' : random.chance(15) ? '0xffffffff' : [...new Set(drawn)].join(':');
      return { key: `delegate_${mask}`, value };
    });
    if (options.length === 0) continue;
    const mounted = options.map(({ key, value }) => `${key}=${value}`).join(',');
    const isList = random.chance(50);
    const entry = options.map(({ key, value }) =>
      isList && !value.startsWith('0x') ? `${key}: [${value.split(':').join(', ')}]` : `${key}: "${value}"`,
    );
    const text = `profile: linux-6.18\nuserns: { c: {} }\nbpffs:\n  fs:\n    userns: c\n    ${entry.join('\n    ')}\n`;
    const expected = lint({ file: 'o', text: mounted }, { profile, format: 'mount-options', owner: 'own' }).findings;
    const found = lintScenario(text);
    const inWords = ({ code, message }: { code: string; message: string }) => `${code}: ${message}`;
    expect([text, found.map(inWords).sort()]).toEqual([text, expected.map(inWords).sort()]);
    for (const { code, line, column, length } of found) {
      met.add(code);
      const piece = text.split('\n')[line - 1]?.slice(column - 1, column - 1 + length) ?? '';
      // A name, a number, or the whole mask.
      expect([code, piece]).toEqual([
        code,
        expect.stringMatching(/^(?:[a-z][a-z0-9_]*|0xffffffff|[a-z0-9_]+(?::[a-z0-9_]+)+)$/),
      ]);
    }
  }
  expect([...met].sort()).toEqual(
    [
      'any-beside-little',
      'attach-type-zero',
      'btf-load-missing',
      'command-without-types',
      'dead-command',
      'loader-requests',
      'mask-taken-for-all',
      'masks-without-command',
      'types-never-meet',
      'unknown-bits',
    ].filter((code) => met.has(code)),
  );
  expect(met.size).toBeGreaterThan(6);
});

test('what another file delegates is found at the words that name it; a comment disables a rule', () => {
  const text = 'profile: linux-6.18\nuserns: { c: {} }\nbpffs: { fs: { userns: c, from: f } }\n';
  const source = { file: 's', text };
  const options = 'delegate_cmds=map_create:prog_load,delegate_maps=any,delegate_progs=xdp,delegate_attachs=xdp';
  const readFile = () => lint({ file: 'f', text: options }, { format: 'mount-options' }).reading as never;
  const { account, delegations } = scenarioDelegations(source, { readFile });
  expect(delegations[0]?.masks.maps.bits).toBe(MASK_ANY);
  const { findings } = lintReading({ format: 'scenario', files: [account], delegations }, [source], { profile });
  expect(findings.length).toBeGreaterThan(0);
  for (const { line, column } of findings) expect([line, column]).toEqual([3, 27]);
  const disabled = text.replace('bpffs', '# bpftoken-disable any-beside-little: a test\nbpffs');
  const again = lintReading(
    {
      format: 'scenario',
      ...{ files: [], delegations: scenarioDelegations({ file: 's', text: disabled }, { readFile }).delegations },
    },
    [{ file: 's', text: disabled }],
    { profile },
  );
  expect(again.disabled.map(({ finding: { code }, reason }) => [code, reason])).toEqual([
    ['any-beside-little', 'a test'],
  ]);
});
