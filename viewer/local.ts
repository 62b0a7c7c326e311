import "../browser/no-compiling.js";
import "./viewer.css";
import { begin } from "./begin.js";
import { stayAlive } from "./local-content.js";

/** The viewer for one file that a program on this computer opened: nobody signs in, and no other file is chosen. */

const desk = begin();
void desk.showLocal();
void stayAlive();
