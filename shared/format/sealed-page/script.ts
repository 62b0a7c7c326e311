import { handOverPath, readyMessage, viewerPath } from "./layout.js";
import { pageTexts } from "./messages.js";

/**
 * What a sealed page does (docs/formats/sealed-page.md, "Handing over"): on a click it opens one window at the service, and
 * gives it the file once that says, from the service's own origin, that it is ready. It speaks to nobody else, and asks no
 * server for anything. Written by hand and kept as text, since its bytes are part of the format: pages name their script by
 * its hash. For any browser of the last years.
 */
export const pageScript = String.raw`"use strict";
(function () {
  var texts = ${JSON.stringify(pageTexts)};
  var patienceMs = 15000;
  document.addEventListener("DOMContentLoaded", function () {
    var lang = /^de\b/i.test(navigator.language) ? "de" : "en";
    var held = document.getElementById("sealed");
    var service = held ? held.dataset.service : "";
    var host = service.replace(/^https?:\/\//, "");
    var part = function (id) { return document.getElementById(id); };
    var say = function (key) { return texts[lang][key].replace("{host}", host); };
    var tell = function (key) {
      part("status").textContent = say(key);
      part("viewer").hidden = key !== "noWindow" && key !== "noAnswer" && key !== "saved";
    };

    /* The name is the page's own, as it is called where it lies: nothing in the page tells it. */
    function nameOf() {
      var last = location.pathname.split("/").pop();
      try { last = decodeURIComponent(last); } catch (e) { last = ""; }
      last = last.replace(/[\p{C}\p{Zl}\p{Zp}\/\\]/gu, "");
      if (!/.\.html?$/i.test(last) || last.length > 200) return "";
      var stem = last.replace(/\.html?$/i, "");
      var suffix = held.dataset.suffix;
      return stem.toLowerCase().slice(-suffix.length) === suffix ? stem : stem + suffix;
    }

    function bytesOf() {
      try {
        var text = atob(held.textContent.replace(/\s/g, ""));
        if (text.length !== Number(held.dataset.bytes)) return null;
        var bytes = new Uint8Array(text.length);
        for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
        return bytes;
      } catch (e) {
        return null;
      }
    }

    var name = held ? nameOf() : "";
    document.documentElement.lang = lang;
    part("name").textContent = name || say("untitled");
    document.title = part("name").textContent;
    ["why", "open", "save", "how"].forEach(function (id) { part(id).textContent = say(id); });
    var viewer = part("viewer");
    viewer.href = service + "${viewerPath}";
    viewer.textContent = host;
    part("ways").hidden = false;
    if (bytesOf() === null) {
      part("open").disabled = part("save").disabled = true;
      return tell("damaged");
    }

    var stop = function () {};
    part("open").addEventListener("click", function () {
      stop();
      var opened = window.open(service + "${handOverPath}", "_blank");
      if (!opened) return tell("noWindow");
      tell("waiting");
      var timer = setTimeout(function () { stop(); tell("noAnswer"); }, patienceMs);
      function ready(event) {
        if (event.source !== opened || event.origin !== service || event.data !== "${readyMessage}") return;
        stop();
        var file = bytesOf().buffer;
        opened.postMessage({ sealwright: 1, name: name || "file" + held.dataset.suffix, file: file }, service, [file]);
        tell("handed");
      }
      stop = function () { clearTimeout(timer); removeEventListener("message", ready); };
      addEventListener("message", ready);
    });

    part("save").addEventListener("click", function () {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([bytesOf()], { type: "application/octet-stream" }));
      link.download = name || "file" + held.dataset.suffix;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
      tell("saved");
    });
  });
})();
`;
