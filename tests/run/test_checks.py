"""The checks of the sources, on small trees of their own."""

import shutil
import subprocess

import pytest

from harness import CHECKOUT


class Sources:
    """A src/ with the scripts that check it."""

    def __init__(self, path):
        self.path = path
        self.objects = []
        (path / "scripts").mkdir(parents=True)
        for name in ("check-layers", "check-map", "modules.py"):
            shutil.copy(CHECKOUT / "scripts" / name, path / "scripts")
        self("app/main.c", "/* The map.\n *\n * app/\n *   main  this\n */\nint main(void)\n{\n    return 0;\n}\n")

    def __call__(self, name, text):
        path = self.path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def without_exceptions(self):
        """The checkout's own exceptions mean modules that are not here."""
        script = self.path / "scripts/check-layers"
        before, _, rest = script.read_text().partition("\nCYCLES = {\n")
        script.write_text(f"{before}\nCYCLES = {{\n" + rest[rest.index("}\n") :])
        return self

    def build(self):
        """Compiles it as Meson does: a static library per layer, the program's objects beside it."""
        build = self.path / "build"
        commands = []
        for layer in (self.path / "src").iterdir():
            below = "shoal.p" if layer.name == "app" else f"src/{layer.name}/libshoal-{layer.name}.a.p"
            (build / below).mkdir(parents=True, exist_ok=True)
            objects = []
            for source in layer.rglob("*.c"):
                flat = source.relative_to(layer).as_posix().replace("/", "_")
                name = f"{below}/src_app_{flat}.o" if layer.name == "app" else f"{below}/{flat}.o"
                command = ["cc", "-std=c17", "-Isrc", "-c", str(source), "-o", str(build / name)]
                subprocess.run(command, cwd=self.path, check=True)
                objects.append(str(build / name))
                commands.append(f'{{"output": "{name}"}}')
            if layer.name != "app":
                library = build / "src" / layer.name / f"libshoal-{layer.name}.a"
                subprocess.run(["ar", "rcs", str(library), *objects], check=True)
        (build / "compile_commands.json").write_text(f"[{','.join(commands)}]")
        return build

    def check(self, name, *arguments):
        command = [str(self.path / "scripts" / name), *map(str, arguments)]
        return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture
def sources(folder):
    return Sources(folder / "project")


def function(name, *calls):
    declared = "".join(f"int {called}(void);\n" for called in (name, *calls))
    sum_of = " + ".join([f"{called}()" for called in calls] or ["0"])
    return f"{declared}int {name}(void)\n{{\n    return {sum_of};\n}}\n"


def test_modules_that_call_each_other_in_a_cycle_are_an_error(sources):
    sources.without_exceptions()
    sources("io/one.c", function("one", "two"))
    sources("io/two.c", function("two", "three_a", "three_b"))
    sources("io/deep/three.c", function("three_a", "one") + function("three_b"))
    sources("io/four.c", function("four", "one"))
    ended = sources.check("check-layers", sources.build())
    assert ended.returncode == 1
    assert "modules in a cycle: io/deep/three, io/one, io/two\n" in ended.stderr
    assert "io/two uses io/deep/three: three_a, three_b\n" in ended.stderr
    assert "io/deep/three uses io/one: one\n" in ended.stderr
    assert "four" not in ended.stderr


def test_calls_without_a_cycle_are_fine(sources):
    sources.without_exceptions()
    sources("io/one.c", function("one", "two"))
    sources("io/two.c", function("two"))
    ended = sources.check("check-layers", sources.build())
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_an_exception_without_its_cycle_is_an_error(sources):
    script = sources.without_exceptions().path / "scripts/check-layers"
    excused = '\nCYCLES = {("io/one", "io/two"): "for a reason",\n'
    script.write_text(script.read_text().replace("\nCYCLES = {\n", excused))
    sources("io/one.c", function("one", "two"))
    sources("io/two.c", function("two", "one"))
    assert sources.check("check-layers", sources.build()).returncode == 0
    sources("io/two.c", function("two"))
    ended = sources.check("check-layers", sources.build())
    assert ended.returncode == 1
    assert "CYCLES: not in a cycle (any more): io/one, io/two\n" in ended.stderr


def test_an_object_that_an_earlier_build_left_does_not_count(sources):
    sources.without_exceptions()
    sources("app/one.c", function("one", "two"))
    sources("app/two.c", function("two", "one"))
    assert sources.check("check-layers", sources.build()).returncode == 1
    sources("app/two.c", function("two"))
    (sources.path / "src/app/one.c").unlink()
    assert sources.check("check-layers", sources.build()).returncode == 0


def test_headers_that_include_each_other_are_an_error(sources):
    sources("io/one.h", '#include "io/two.h"\n')
    sources("io/two.h", '#include "io/three.h"\n')
    sources("io/three.h", '#include "io/one.h"\n')
    ended = sources.check("check-layers")
    assert ended.returncode == 1
    assert "headers in a cycle: io/one.h includes io/two.h; io/three.h includes io/one.h" in ended.stderr
    sources("io/three.h", "")
    assert sources.check("check-layers").returncode == 0


def test_a_module_may_have_its_source_in_the_folder_that_it_is_the_interface_of(sources):
    sources.without_exceptions()
    sources("io/walk.h", "int walk(void);\n")
    sources("io/walk/walk.c", '#include "io/walk.h"\n#include "io/walk/private.h"\n' + function("walk", "item"))
    sources("io/walk/private.h", '#include "io/walk.h"\nint item(void);\n')
    sources("io/walk/item.c", '#include "io/walk/private.h"\n' + function("item"))
    ended = sources.check("check-layers", sources.build())
    assert (ended.returncode, ended.stderr) == (0, "")

    both = "/* The map.\n *\n * io/\n *   walk     files\n *\n * io/walk/\n *   item     one\n"
    main = "\n * app/\n *   main  this\n */\nint main(void)\n{\n    return 0;\n}\n"
    sources("app/main.c", both + " *" + main)
    ended = sources.check("check-map")
    assert (ended.returncode, ended.stderr) == (0, "")
    sources("app/main.c", both + " *   walk     how\n *" + main)
    assert sources.check("check-map").returncode == 0
    sources("app/main.c", both + " *   walk     how\n *   walk     again\n *" + main)
    ended = sources.check("check-map")
    assert ended.returncode == 1 and "src/io/walk/walk is in the map twice" in ended.stderr
    sources("app/main.c", both.replace(" *   walk     files\n", " *\n") + " *" + main)
    ended = sources.check("check-map")
    assert ended.returncode == 1 and "src/io/walk is not in the map" in ended.stderr
