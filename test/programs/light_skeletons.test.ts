import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LightMap } from '../../src/programs/light_attributes.js';
import { findLightSkeletons } from '../../src/programs/light_skeletons.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { Random } from '../../src/workload/random.js';
import { cases } from '../cases.js';
import { objectBytes } from './libbpf_answers.js';
import { mutated } from './mutations.js';

const skeletonBytes = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`light_skeletons/${name}.bin`, import.meta.url)));

test.each(['data', 'section_xdp'])('the light skeleton of %s loads what its object holds', (name) => {
  const object = readBpfObject(objectBytes(`${name}.o`));
  const bytes = skeletonBytes(name);
  const file = new Uint8Array(3000 + bytes.length + 500).fill(0x24);
  file.set(bytes, 3000);
  const [skeleton, second] = findLightSkeletons(file);
  expect(second).toBeUndefined();
  expect(skeleton?.programs?.map((program) => [program.name, program.instructionCount])).toEqual(
    object.programs.map((program) => [program.name.slice(0, 15), program.instructionCount]),
  );
  const definition = ({
    type,
    keySize,
    valueSize,
    flags,
  }: Pick<LightMap, 'type' | 'keySize' | 'valueSize' | 'flags'>) => [type, keySize, valueSize, flags];
  expect(skeleton?.maps?.map(definition)).toEqual(object.maps.map(definition));
  expect(skeleton).toMatchObject({ programCount: object.programs.length, mapCount: object.maps.length, btfCount: 1 });
});

test('attach types are those that are sent', () => {
  const [skeleton] = findLightSkeletons(skeletonBytes('section_xdp'));
  expect(skeleton?.programs?.map(({ expectedAttachType }) => expectedAttachType)).toEqual([37, 37, 33, 33, 35, 35]);
});

test('without its data, the calls of a loader program are counted', () => {
  const bytes = skeletonBytes('section_xdp');
  const [whole] = findLightSkeletons(bytes);
  const [alone] = findLightSkeletons(bytes.subarray(whole?.offset));
  expect(alone).toMatchObject({ offset: 0, programCount: 6, mapCount: 0, programs: undefined, maps: undefined });
});

test('mutated skeletons are read or not, and nothing is thrown', () => {
  const random = new Random();
  random.reseed(1);
  const bytes = skeletonBytes('data');
  let found = 0;
  for (let k = 0; k < cases(20, 300); k++) found += findLightSkeletons(mutated(bytes, random)).length;
  expect(found).toBeGreaterThan(0);
});
