import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { shareEvaluator } from '../../src/engine/share.js';
import { NotSharedError } from '../../src/errors.js';
import { decisionOf } from '../../src/kernel/decision.js';
import { Model } from '../../src/kernel/model.js';
import { requestOf } from '../../src/kernel/world.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { starterScenario } from '../../src/scenario/starter.js';
import { smallWorld } from '../tables/small_world.js';

const BTF_LOAD = 18;

test('a world is decided in memory of one thread, which cannot be shared', () => {
  const evaluator = createEvaluator(smallWorld());
  expect(evaluator.createVerdicts(16).buffer).toBeInstanceOf(ArrayBuffer);
  expect(() => shareEvaluator(evaluator)).toThrow(NotSharedError);
});

test('the built library decides in a program that has no SharedArrayBuffer', () => {
  const program = `
    delete globalThis.SharedArrayBuffer;
    const { Memory } = WebAssembly;
    WebAssembly.Memory = function (descriptor) {
      if (descriptor.shared) throw new TypeError('no shared memory here');
      return new Memory(descriptor);
    };
    WebAssembly.Memory.prototype = Memory.prototype;
    const { createEvaluator, parseScenario, starterScenario } = await import('./dist/index.js');
    const evaluator = createEvaluator(parseScenario(starterScenario()).world);
    const { tasks } = evaluator.world;
    console.log(JSON.stringify(tasks.map((_, task) => evaluator.decide({ task, cmd: 'btf_load' }))));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const { world } = parseScenario(starterScenario());
  const model = new Model(world);
  const expected = world.tasks.map((_, task) => decisionOf(model.ask(requestOf({ task, cmd: BTF_LOAD }))));
  expect(expected.length).toBeGreaterThan(0);
  expect(JSON.parse(output)).toEqual(expected);
});
