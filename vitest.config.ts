import { defineConfig } from 'vitest/config';

// `sagemaker-pipelines` resolves to the sources, as it does for the type checker: one copy of the library in a test.
const shared = {
  resolve: { conditions: ['sagemaker-pipelines-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sagemaker-pipelines-source', 'node', 'import', 'default'] } },
};

export default defineConfig({
  test: {
    // Nine lines of the AWS SDK about Node 20, in every test that makes a client.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: ['./test/support/build.ts', './test/support/look-for-python.ts'],
    // Vitest leaves one processor to itself, which does next to nothing while tests run.
    maxWorkers: '100%',
    projects: [
      {
        ...shared,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.full.test.ts'],
          // A limit ends what hangs; how fast a machine is decides nothing.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        ...shared,
        test: { name: 'full', include: ['test/**/*.full.test.ts'], testTimeout: 600_000, hookTimeout: 600_000 },
      },
    ],
  },
});
