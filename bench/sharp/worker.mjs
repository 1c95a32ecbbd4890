// The peer on Node.js: reads jobs as lines of JSON, answers each with what it took.
// What bench/parts/worker.py does for the peers in Python.
import { createInterface } from "node:readline";
import { writeFileSync, readFileSync } from "node:fs";
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false);

function written(image, output) {
  if (output.format === "gif") return image.gif();
  if (output.format === "png") return image.png();
  return output.format === "webp"
    ? image.webp({ quality: output.quality })
    : image.jpeg({ quality: output.quality });
}

// One pipeline from the file for each output, as a user of sharp would write it.
async function made(job) {
  const files = [];
  for (const output of job.outputs) {
    let image = sharp(job.source, { animated: output.format === "gif" });
    if (output.width) image = image.resize(output.width);
    if (job.toned) image = image.rotate(90).grayscale().blur(2);
    files.push(await written(image, output).toBuffer());
  }
  return files;
}

function kilobytes(name) {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]);
}

async function answer(job) {
  const idle = kilobytes("VmRSS");
  writeFileSync("/proc/self/clear_refs", "5");
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  const files = await made(job);
  const wall = Number(process.hrtime.bigint() - began) / 1e6;
  const used = process.cpuUsage(cpu);
  if (job.target) writeFileSync(job.target, files[0]);
  return {
    wall,
    cpu: (used.user + used.system) / 1e3,
    peak: Math.max(0, kilobytes("VmHWM") - idle) / 1024,
    bytes: files.reduce((sum, file) => sum + file.length, 0),
  };
}

const versions = `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`;
console.log(JSON.stringify({ version: versions }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
