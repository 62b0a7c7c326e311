/** What takes PDFs apart, as a program of its own: it begins by itself where it finds itself in a worker. */
import "pdfjs-dist/build/pdf.worker.min.mjs";
