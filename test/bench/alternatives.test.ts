import { describe, expect, it } from 'vitest';
import { bitsOf, drawQuestions, expectedAnswers, needsOf, usernsWith } from '../../bench/alternatives/question.js';
import { benchmarkWorld, SMALL } from '../../bench/world.js';
import type { TaskSpec, TokenSpec } from '../../src/kernel/world.js';

const world = benchmarkWorld('linux-6.12', SMALL, 1);
const questions = drawQuestions(world, 1, 4000);

describe('the question for policy engines', () => {
  it('is the same for the same seed, and is answered both ways often enough', () => {
    expect(drawQuestions(world, 1, 4000)).toEqual(questions);
    const allowed = expectedAnswers(world, questions).filter((is) => is).length;
    expect(allowed).toBeGreaterThan(400);
    expect(allowed).toBeLessThan(3600);
  });

  it('has the same answer from their input and from the evaluator', () => {
    const progLoad = world.profile.vocabulary.require('cmds', 'prog_load');
    const told = questions.map(({ task, token, type, attachType }) => {
      const userns = usernsWith(world, world.tasks[task] as TaskSpec, needsOf(world, type));
      const { allowed, userns: home } = world.tokens[token] as TokenSpec;
      const permits =
        bitsOf(allowed.cmds).includes(progLoad) &&
        bitsOf(allowed.progs).includes(type) &&
        bitsOf(allowed.attachs).includes(attachType);
      return userns.includes(permits ? home : 0) || userns.includes(0);
    });
    expect(told).toEqual(expectedAnswers(world, questions));
  });
});
