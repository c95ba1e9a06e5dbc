import design from "./design.json";
import landing from "./landing.json";
import shell from "./shell.json";
import ui from "./ui.json";

/** One file per area; the file's name is the namespace. Add yours here, in alphabetical order. */
const messages = { design, landing, shell, ui };

export default messages;
