//! Colours that go together.

/// The colours of one picture.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) wall: &'static str,
    pub(super) shape: &'static str,
    pub(super) table: &'static str,
    main: &'static str,
    accent: &'static str,
    pub(super) dark: &'static str,
    light: &'static str,
}

impl Palette {
    /// Puts the colours into a drawing: `$a` main, `$b` accent, `$d` dark, `$l` light.
    pub(super) fn paint(&self, drawing: &str) -> String {
        drawing
            .replace("$a", self.main)
            .replace("$b", self.accent)
            .replace("$d", self.dark)
            .replace("$l", self.light)
    }
}

const fn palette([wall, shape, table, main, accent, dark, light]: [&'static str; 7]) -> Palette {
    Palette { wall, shape, table, main, accent, dark, light }
}

/// One is chosen by the handle.
pub(super) const PALETTES: [Palette; 8] = [
    palette(["#f8ead8", "#f4cfa8", "#e3b184", "#c8553d", "#f4a259", "#5b2e26", "#fff8ee"]),
    palette(["#e6efe1", "#bfd6b5", "#9abb92", "#3f7d5c", "#f2b84b", "#24402f", "#fbfdf6"]),
    palette(["#dfedf5", "#b3d3e6", "#8ab4ce", "#2f6690", "#f28f6b", "#16324f", "#f7fcff"]),
    palette(["#f1e6f2", "#d9bedf", "#b994c4", "#7b4b94", "#f2c14e", "#3b2149", "#fdf8ff"]),
    palette(["#fae6e5", "#f4c3c3", "#de9799", "#b5475d", "#4f8a8b", "#5a1f2d", "#fff7f6"]),
    palette(["#dcf1ee", "#a9dad4", "#76bab2", "#1f7a78", "#f6ae2d", "#0f3d3e", "#f4fffd"]),
    palette(["#fcf3d5", "#f7df95", "#e3bd55", "#d1603d", "#4d7ea8", "#553a1c", "#fffdf2"]),
    palette(["#e7e9ef", "#c3c9d7", "#9aa3b9", "#44506e", "#e8875b", "#232a3d", "#fafbff"]),
];
