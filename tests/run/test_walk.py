"""Which files are found, and their paths."""

import os

import pytest

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def seen(shoal, ledger):
    """seen(arguments...) sends; returns the sorted {path}s that arrived, and the run."""

    def send(*arguments, **more):
        run = shoal.send(*FORM, *arguments, ledger.url, **more)
        return sorted(ledger.keys), run

    return send


@pytest.fixture
def site(tree):
    for name in (
        "a.js", "a.js.map", "b.css", ".env", "sub/c.js", "sub/deep/d.js", "sub/.git/config",
        "node_modules/x/y.js", "docs/readme.txt",
    ):  # fmt: skip
        tree(name)
    return tree


def test_everything_is_found_dot_files_too_and_the_summary_counts_them(site, seen):
    keys, run = seen(site)
    assert keys == sorted(site.files)
    assert run.status == 0 and run.end["complete"] is True
    assert "2" in run.text and "hidden" in run.text.replace("dot", "hidden")


def test_no_hidden_leaves_dot_files_and_folders_out(site, seen):
    keys, _ = seen("--no-hidden", site)
    assert keys == sorted(name for name in site.files if "/." not in f"/{name}")


def test_exclude_by_name(site, seen):
    keys, _ = seen("--exclude", "*.map", site)
    assert keys == sorted(name for name in site.files if not name.endswith(".map"))


def test_an_excluded_folder_is_never_entered(site, seen):
    keys, _ = seen("--exclude", "node_modules", "--include", "node_modules/x/y.js", site)
    assert "node_modules/x/y.js" not in keys and "a.js" in keys


def test_with_a_first_include_what_no_rule_matches_is_left_out(site, seen):
    keys, _ = seen("--include", "*.js", site)
    assert keys == sorted(name for name in site.files if name.endswith(".js"))


def test_the_last_match_wins(site, seen):
    keys, _ = seen("--include", "*.js", "--exclude", "/sub/", site)
    assert keys == ["a.js", "node_modules/x/y.js"]


def test_an_exclude_is_taken_back_by_a_later_include(site, seen):
    keys, _ = seen("--exclude", "*.js", "--include", "c.js", site)
    assert "sub/c.js" in keys and "a.js" not in keys and "b.css" in keys


def test_a_pattern_with_a_slash_is_anchored(site, seen):
    keys, _ = seen("--include", "/sub/*.js", "--include", "docs/**", site)
    assert keys == ["docs/readme.txt", "sub/c.js"]


def test_links_are_passed_over_and_counted(tree, seen):
    tree("a")
    tree("d/b")
    os.symlink("a", tree.path / "link")
    os.symlink("d", tree.path / "folder-link")
    os.symlink("/nowhere", tree.path / "dangling")
    os.mkfifo(tree.path / "fifo")
    keys, run = seen(tree)
    assert keys == ["a", "d/b"]
    assert run.end["passed_over"] == 4 and run.status == 0


def test_follow_takes_links_that_stay_below(tree, seen):
    tree("a", b"A")
    tree("d/b", b"B")
    os.symlink("a", tree.path / "link")
    os.symlink("d", tree.path / "folder-link")
    keys, run = seen("--follow", tree)
    assert keys == ["a", "d/b", "folder-link/b", "link"]
    assert run.status == 0 and run.end["passed_over"] == 0


def test_several_paths_begin_with_their_own_names(make_tree, seen, folder):
    make_tree("one")("a", b"1")
    make_tree("two")("sub/a", b"2")
    (folder / "three.txt").write_bytes(b"3")
    keys, _ = seen(folder / "one", f"{folder}/two/", folder / "three.txt")
    assert keys == ["one/a", "three.txt", "two/sub/a"]


def test_one_file_by_itself_goes_by_its_name(tree, seen):
    path = tree("deep/er/a.txt")
    keys, _ = seen(path)
    assert keys == ["a.txt"]


def test_the_working_folder(shoal, seen):
    (shoal.folder / "x").mkdir()
    (shoal.folder / "x" / "a").write_text("1")
    keys, _ = seen("x/.")
    assert keys == ["a"]


def test_file_and_folder_begin_with_the_operand(shoal, ledger):
    (shoal.folder / "rel" / "sub").mkdir(parents=True)
    (shoal.folder / "rel" / "sub" / "a").write_text("1")
    shoal.send("-F", "v={file}|{folder}", "-F", "f=@{file}", "rel/", ledger.url).sent_all(1)
    assert ledger.records[0].field("v") == b"rel/sub/a|rel/sub"


def test_an_operand_that_is_a_link_is_followed(tree, folder, seen):
    tree("a")
    os.symlink(tree.path, folder / "link")
    keys, _ = seen(folder / "link")
    assert keys == ["a"]


def test_paths_from_standard_input(shoal, seen):
    for name in ("a", "s/b", "s/c"):
        (shoal.folder / name).parent.mkdir(exist_ok=True)
        (shoal.folder / name).write_text(name)
    keys, run = seen("-", stdin=b"a\ns/b\n./s/c")
    assert keys == ["a", "s/b", "s/c"]
    assert run.status == 0


def test_nul_separated_paths_may_hold_a_newline(shoal, seen):
    (shoal.folder / "new\nline").write_text("x")
    (shoal.folder / "b").write_text("x")
    keys, _ = seen("-0", "-", stdin=b"new\nline\0b\0")
    assert keys == ["b", "new\nline"]


def test_listed_paths_lie_below_the_base(tree, seen):
    path = tree("s/a")
    keys, _ = seen("--base", tree, "-", stdin=f"{path}\n".encode())
    assert keys == ["s/a"]


def test_links_that_lead_out_are_followed_only_with_outside(shoal, tree, make_tree, ledger):
    outside = make_tree("outside")
    outside("d/b")
    (tree.path / "link").symlink_to(outside.path / "d")
    tree("a")
    form = ("-F", "path={path}", "-F", "file=@{file}")
    run = shoal.send("--follow", *form, tree, ledger.url)
    assert ledger.keys == ["a"] and run.status == 1 and "--follow=outside" in run.text
    shoal.send("--follow=outside", *form, tree, ledger.url).sent_all(2)
    assert ledger.keys[1:] in (["a", "link/b"], ["link/b", "a"])
    shoal.send("--follow=elsewhere", tree, ledger.url).usage_error("--follow 'elsewhere'", "outside")


def test_relative_listed_paths_are_opened_below_the_base(tree, seen):
    """So the {path}s of one run can be the list of the next, wherever that runs."""
    tree("s/a")
    tree("b")
    keys, _ = seen("--base", tree, "-", stdin=b"s/a\nb\n")
    assert keys == ["b", "s/a"]


@pytest.mark.parametrize("options", [["--base", "."], ["-0"]])
def test_options_of_a_list_without_a_list_are_errors(shoal, tree, ledger, options):
    tree("a")
    shoal.send(*options, tree, ledger.url).usage_error("PATH -")


def test_a_listed_path_outside_the_base_fails(tree, make_tree, seen):
    inside = tree("a")
    outside = make_tree("other")("b")
    keys, run = seen("--base", tree, "-", stdin=f"{outside}\n{inside}\n".encode())
    assert keys == ["a"]
    assert run.status == 1


def test_a_listed_path_that_is_missing_fails(shoal, seen):
    (shoal.folder / "a").write_text("x")
    keys, run = seen("-", stdin=b"missing\na\n")
    assert keys == ["a"]
    assert run.status == 1 and run.verdicts["missing"]["verdict"] == "failed"
    assert run.verdicts["missing"]["attempts"] == 0


def test_a_listed_folder_is_a_problem(shoal, seen):
    (shoal.folder / "a").write_text("x")
    (shoal.folder / "d").mkdir()
    keys, run = seen("-", stdin=b"d\na\n")
    assert keys == ["a"]
    assert run.status == 1 and [problem["path"] for problem in run.problems] == ["d"]


def test_nothing_found_is_an_error_unless_allowed(tree, shoal, ledger):
    shoal.send(tree, ledger.url).usage_error(str(tree))
    run = shoal.send("--allow-empty", tree, ledger.url)
    assert run.status == 0 and run.end["found"] == 0


def test_everything_filtered_out_is_nothing_found(tree, shoal, ledger):
    tree("a")
    shoal.send("--exclude", "*", tree, ledger.url).usage_error()
    assert shoal.send("--exclude", "*", "--allow-empty", tree, ledger.url).status == 0


@pytest.mark.parametrize(
    ("pattern", "better"),
    [
        ("tree/**/*.map", "**/*.map"),
        ("./s/*.map", "s/*.map"),
        ("/x/tree/*.map", "*.map"),
        ("deep/*.map", "**/deep/*.map"),
        (".map", "*.map"),
        ("*.none", None),
    ],
)
def test_filters_that_leave_out_everything_say_so(shoal, tree, ledger, pattern, better):
    tree("s/a.map")
    tree("s/deep/b.map")
    tree("b.js")
    tree("left/c.js")
    (tree.path / "link").symlink_to("b.js")
    run = shoal.send("-q", "--include", pattern, "--exclude", "left", tree, ledger.url)
    assert run.status == 2 and not ledger.records
    begin = f"{tree} has 3 files and 1 folder, none passes the filters (--include '{pattern}' --exclude 'left')"
    assert begin in run.text and run.end["nothing_found"] in run.text
    assert (f"'{better}' would match" in run.text) if better else ("would match" not in run.text)
    if better:
        assert "nothing_found" not in shoal.send("--include", better, tree, ledger.url).end


def test_nothing_found_names_all_places_and_a_few_rules(shoal, tree, ledger):
    tree("a.js")
    tree(".b.js")
    for arguments, text in (
        ((f"{tree}/a.js", "--exclude=*.js"), "1 file, none passes the filters (--exclude '*.js')"),
        ((tree, "--no-hidden", "--exclude=a*"), f"{tree} has 2 files, none passes the filters (--no-hidden --exclude 'a*')"),
        ((tree, *["--filter=- *.js", "--exclude=x"] * 3), "(--filter - '*.js' --exclude 'x' --filter - '*.js' and 3 more)"),
    ):
        assert text in shoal.send(*arguments, ledger.url).usage_error().text
    tree("s/b.map")
    run = shoal.send("--exclude=*", "--include=*.map", tree, ledger.url).usage_error("none passes the filters")
    assert "an exclude of '*' is not needed" in run.text
    run = shoal.send("--base", tree, "--exclude", "a*", "-", ledger.url, stdin=b"a.js\n")
    assert "the list has 1 file, none passes" in run.usage_error().text


def test_a_rule_that_begins_with_the_folder_gets_a_hint(shoal, tree, ledger):
    tree("a.js")
    tree("s/b.map")
    run = shoal.send("--exclude=tree/s", "--exclude=nosuch/s", tree, ledger.url).sent_all(2)
    assert "--exclude 'tree/s' matches nothing" in run.text and "'s' would match" in run.text
    assert "nosuch" not in run.text
    tree("tree/s/c.map")  # now it matches something
    run = shoal.send("--exclude=tree/s", tree, ledger.url).sent_all(2)
    assert "matches nothing" not in run.text


def test_a_dry_run_tells_what_is_left_out_and_why(shoal, tree, ledger):
    for name in ("a.js", "b.map", "vendor/c.js", ".hidden.js", "notes.txt"):
        tree(name)
    (tree.path / "link").symlink_to("a.js")
    (shoal.folder / "rules").write_text("# comment\nnotes.*\n")
    rules = ("--exclude=*.map", "--filter=- vendor", "--ignore-file=rules", "--no-hidden")
    run = shoal.send("-n", *rules, tree, ledger.url)
    left_out = {event["path"]: event["message"] for event in run.events if event["event"] == "left_out"}
    assert left_out == {
        "b.map": "--exclude '*.map'",
        "vendor/": "--filter - 'vendor'",
        "notes.txt": "rules, line 2",
        ".hidden.js": "--no-hidden",
        "link": "a symbolic link, and --follow is not given",
    }
    assert run.end["left_out"] == 5 and "5 files and folders left out: -v names them" in run.text
    verbose = shoal.send("-n", "-v", *rules, tree, ledger.url)
    assert "left out vendor/: --filter - 'vendor'\n" in verbose.out.decode() and "-v names" not in verbose.text
    sent = shoal.send("-v", *rules, tree, ledger.url).sent_all(1)
    assert b"left out" not in sent.everything and not [event for event in sent.events if event["event"] == "left_out"]


def test_braces_in_a_pattern_get_a_hint(shoal, tree, ledger):
    tree("a.js")
    tree("b{c}.js")
    run = shoal.send("--exclude", "*.{map,css}", tree, ledger.url).sent_all(2)
    assert "--exclude '*.{map,css}': braces" in run.text
    (shoal.folder / "rules").write_text("x\n*.{map,css}\n")
    run = shoal.send("--ignore-file", "rules", tree, ledger.url).sent_all(2)
    assert "rules, line 2: braces" in run.text
    run = shoal.send("--exclude", "b{c}.js", tree, ledger.url).sent_all(1)
    assert "braces" not in run.text
