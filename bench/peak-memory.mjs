// @ts-check
// Loaded before a program (node --import): at its end it writes the most memory that it had, in MB, to the file PEAK_FILE.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env['PEAK_FILE'] ?? '', String(process.resourceUsage().maxRSS / 1024));
});
