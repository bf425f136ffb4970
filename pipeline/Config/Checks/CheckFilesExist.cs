namespace Anneal.Pipeline.Config.Checks;

/// <summary>Each file the pipeline names exists.</summary>
internal sealed class CheckFilesExist : IConfigValidator
{
    public IReadOnlyList<string> Reads => [];

    public void Check(CheckContext context)
    {
        foreach (ExplainRow row in context.Rows)
        {
            if (row.File is string file && (row.MayBeFolder ? context.Files.FindAny(file) : context.Files.Find(file)) is null)
            {
                IReadOnlyList<string> tried = context.Files.Candidates(file);
                string what = file.Length > 0 && tried.Any(Directory.Exists) ? "is a folder" : row.MayBeFolder ? "no such file or folder" : "no such file";
                context.Error(row.Path, $"{what}: '{file}'; tried {string.Join(", ", tried)}");
            }
        }
    }
}
