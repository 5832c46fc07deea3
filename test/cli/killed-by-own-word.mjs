/**
 * Loaded before a program: has the kernel kill it as soon as it has written the line that the environment names, and
 * before it does anything else.
 */
const { LAST_TYPE: type, LAST_STEP: step } = process.env;
const write = process.stdout.write.bind(process.stdout);

/** @param {string} line */
function isLast(line) {
  if (line === '') return false;
  const event = JSON.parse(line);
  return event.type === type && event.step === step;
}

process.stdout.write = (/** @type {string} */ text) => {
  const isWritten = write(text);
  if (text.split('\n').some(isLast)) {
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  return isWritten;
};
