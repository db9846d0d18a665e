(function () {
  "use strict";

  /* Numbers are shown with units; sort by what they mean. */
  var units = {ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824, k: 1e3, M: 1e6};

  function meaning(cell) {
    var text = cell.textContent.trim().replace("−", "-").replace("×", "x");
    var match = /^x?([+-]?[0-9.]+)\s*([A-Za-z%]*)/.exec(text);
    if (!match) {
      return text === "–" ? Infinity : text.toLowerCase();
    }
    if (text.charAt(0) === "x") {
      return (parseFloat(match[1]) - 1) * 100;
    }
    return parseFloat(match[1]) * (units[match[2]] || 1);
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") {
      return a < b ? -1 : a > b ? 1 : 0;
    }
    return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  }

  function sortBy(table, column, head) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    var down = head.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) {
      other.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.map(function (row, place) {
      return {row: row, place: place, key: meaning(row.cells[column])};
    }).sort(function (a, b) {
      return (down ? -1 : 1) * compare(a.key, b.key) || a.place - b.place;
    }).forEach(function (item) {
      body.appendChild(item.row);
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("table"), function (table) {
    if (table.tBodies[0].rows.length < 3) {
      return;
    }
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", function () {
        sortBy(table, column, head);
      });
      head.textContent = "";
      head.appendChild(button);
    });
  });

  /* Paper cannot be unfolded; browsers that do not know ::details-content need this. */
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (part) { part.open = false; });
  });

  var data = document.getElementById("data");
  var footer = document.querySelector("footer");
  if (data && data.textContent !== "null" && footer) {
    var save = document.createElement("button");
    save.type = "button";
    save.className = "save";
    save.textContent = "Save the data as JSON";
    save.addEventListener("click", function () {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([data.textContent], {type: "application/json"}));
      link.download = "report.json";
      link.click();
      URL.revokeObjectURL(link.href);
    });
    footer.appendChild(save);
  }
})();
