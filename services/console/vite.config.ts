import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['PRUNELLA_API'] ?? 'http://127.0.0.1:7100';

export default defineConfig({
  plugins: [react()],
  build: {
    // What is served stays below 500 KB (tests/console/bundle.spec.ts); source maps would treble it.
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/v1': { target: api, changeOrigin: false } },
  },
});
