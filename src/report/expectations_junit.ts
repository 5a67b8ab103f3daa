import { assertionDetails, assertionFaults, assertionTitle } from './assertions_text.js';
import {
  type AssertionTest,
  assertionCounts,
  expectationCounts,
  hasFailed,
  type TestResult,
  type TestRun,
} from './expectations.js';
import { failureDetails, titleOf } from './expectations_text.js';
import { type XmlElement, xmlDocument } from './xml.js';

/**
 * What a test run found, as JUnit XML: one suite, a case for each request and each assertion. A request without an expectation is a case that was
 * skipped. Times are left out, so that two runs write the same.
 */
export function expectationsJunit(run: TestRun): string {
  const { scenario, path, results } = run;
  const { expectations, failed } = expectationCounts(run);
  const { asserted, refuted } = assertionCounts(run);
  const counts = {
    tests: results.length + asserted,
    failures: failed + refuted,
    errors: 0,
    skipped: results.length - expectations,
  };
  const suite: XmlElement = {
    name: 'testsuite',
    attributes: { name: `${path} (${scenario.world.profile.name})`, file: path, ...counts },
    content: [
      ...results.map((result) => caseElement(run, result)),
      ...run.assertions.map((test) => assertionElement(run, test)),
    ],
  };
  return xmlDocument({ name: 'testsuites', attributes: { name: 'bpftoken test', ...counts }, content: [suite] });
}

function caseElement(run: TestRun, result: TestResult): XmlElement {
  const { number, asked, differences } = result;
  const name = `${number} ${titleOf(run, result)}`;
  return {
    name: 'testcase',
    attributes: { name, classname: run.path, file: run.path, line: asked.line },
    content: hasFailed(result)
      ? [failureElement(differences, failureDetails(run, result))]
      : asked.expect
        ? []
        : [{ name: 'skipped', attributes: { message: 'the request has no expectation' } }],
  };
}

function assertionElement(run: TestRun, test: AssertionTest): XmlElement {
  const name = `assertion ${test.number} ${assertionTitle(test)}`;
  return {
    name: 'testcase',
    attributes: { name, classname: run.path, file: run.path, line: test.asserted.line },
    content: test.holds ? [] : [failureElement(assertionFaults(test), assertionDetails(run, test), 'assertion')],
  };
}

function failureElement(
  differences: readonly string[],
  details: readonly string[],
  type: 'expectation' | 'assertion' = 'expectation',
): XmlElement {
  return {
    name: 'failure',
    attributes: { message: differences.join('; '), type },
    content: [...differences, ...details].join('\n'),
  };
}
