namespace Anneal.Trainer.Data;

/// <summary>The 70,000 handwritten digits that come with the build.</summary>
public static class Mnist
{
    /// <summary>The environment variable that names another folder of data sets than the one beside the program.</summary>
    public const string FolderVariable = "ANNEAL_DATA";

    /// <summary>60,000 digits to train on.</summary>
    public static IdxSource Train => Source("train");

    /// <summary>10,000 digits to test on.</summary>
    public static IdxSource Test => Source("t10k");

    private static IdxSource Source(string part)
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable(FolderVariable) ?? Path.Combine(AppContext.BaseDirectory, "data"), "mnist");
        return new IdxSource(Path.Combine(folder, $"{part}-images-idx3-ubyte"), Path.Combine(folder, $"{part}-labels-idx1-ubyte"))
        {
            ClassNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        };
    }
}
