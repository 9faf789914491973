// Before the first paint, so that nobody who chose dark sees a white flash. A file and not inline, for a strict CSP.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('prunella-color-scheme');
  } catch {
    // Storage is off: the system decides.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  document.documentElement.style.backgroundColor = dark ? '#131217' : '#f8f8fa';
})();
