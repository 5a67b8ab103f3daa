import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { shareEvaluator } from '../../src/engine/share.js';
import { NotSharedError } from '../../src/errors.js';
import { smallWorld } from '../tables/small_world.js';

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
    console.log(JSON.stringify(evaluator.decide({ task: 0, cmd: 'btf_load' })));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(output)).toMatchObject({ allowed: expect.any(Boolean), reason: expect.any(String) });
});
