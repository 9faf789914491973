import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['PRUNELLA_API'] ?? 'http://127.0.0.1:7100';

export default defineConfig({
  plugins: [react()],
  build: {
    // The one bundle is far below the 500 KB that we promise; source maps would treble what is served.
    sourcemap: false,
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/v1': { target: api, changeOrigin: false } },
  },
});
