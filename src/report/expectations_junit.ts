import { expectationCounts, hasFailed, type TestResult, type TestRun } from './expectations.js';
import { failureDetails, titleOf } from './expectations_text.js';
import { type XmlElement, xmlDocument } from './xml.js';

/**
 * What a test run found, as JUnit XML: one suite, a case for each request. A request without an expectation is a case that was
 * skipped. Times are left out, so that two runs write the same.
 */
export function expectationsJunit(run: TestRun): string {
  const { scenario, path, results } = run;
  const { expectations, failed } = expectationCounts(run);
  const counts = { tests: results.length, failures: failed, errors: 0, skipped: results.length - expectations };
  const suite: XmlElement = {
    name: 'testsuite',
    attributes: { name: `${path} (${scenario.world.profile.name})`, file: path, ...counts },
    content: results.map((result) => caseElement(run, result)),
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

function failureElement(differences: readonly string[], details: readonly string[]): XmlElement {
  return {
    name: 'failure',
    attributes: { message: differences.join('; '), type: 'expectation' },
    content: [...differences, ...details].join('\n'),
  };
}
