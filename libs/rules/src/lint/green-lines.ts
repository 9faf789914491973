/** Lines of every green log. A pattern that matches one of them says nothing. */
export const GREEN_LINES: readonly string[] = [
  ...['Build succeeded', 'Build succeeded.', 'BUILD SUCCESSFUL in 12s', '[INFO] BUILD SUCCESS', 'Finished: SUCCESS'],
  ...['Job succeeded', 'Process completed with exit code 0', 'Done in 3.21s.', 'Compiled successfully'],
  ...['All tests passed', 'Tests: 12 passed, 12 total', '12 passed, 0 failed', '=== 12 passed in 0.52s ==='],
  ...['    0 Warning(s)', '    0 Error(s)', '0 errors, 0 warnings', 'No errors found', 'Failed: 0', 'Errors: 0'],
  ...['Found 0 errors. Watching for file changes.', '# fail 0', '  0 failing', 'Failures: 0, Errors: 0, Skipped: 0'],
  ...['Tests run: 12, Failures: 0, Errors: 0, Skipped: 0', 'test result: ok. 12 passed; 0 failed; 0 ignored'],
  ...['OK (12 tests, 30 assertions)', 'ok      example.org/app  0.012s', 'Ran 12 tests in 0.034s'],
  ...['added 12 packages, and audited 13 packages in 2s', 'found 0 vulnerabilities', 'up to date in 1s'],
  ...['Successfully installed pip-24.0', 'Apply complete! Resources: 1 added, 0 changed, 0 destroyed.'],
  ...['npm warn deprecated glob@7.2.3: this version is no longer supported', 'set -e', 'set -o errexit'],
  ...[
    'Setting up errors (1.0-1) ...',
    '   Compiling thiserror v1.0.50',
    'src/errors/network-error.ts -> dist/errors.js',
  ],
];

/** Lines that say that something failed and nothing of what: a rule about them knows no cause. */
export const BLAND_LINES: readonly string[] = [
  ...['error', 'Error:', 'ERROR', 'failed', 'FAILED', 'failure', 'fatal', 'Exception', 'exit 1', 'exit code 1'],
  ...['Error: an error occurred', 'Something went wrong', 'an unexpected error occurred', 'Command failed.'],
];
