// Keeps one core busy until it is killed, or its parent is gone.
process.on('disconnect', () => process.exit(0));
function turn(): void {
  const end = performance.now() + 50;
  while (performance.now() < end);
  setImmediate(turn);
}
turn();
