// Keeps "5 minutes ago" true while a page stays open.
(() => {
  "use strict";
  const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

  const relative = (seconds) => {
    const unit = units.find(([, length]) => Math.abs(seconds) >= length);
    return unit ? words.format(Math.trunc(seconds / unit[1]), unit[0]) : "just now";
  };

  const times = document.querySelectorAll("time[data-relative]");
  if (!times.length) return;
  setInterval(() => {
    for (const time of times) time.textContent = relative((Date.parse(time.dateTime) - Date.now()) / 1000);
  }, 60000);
})();
