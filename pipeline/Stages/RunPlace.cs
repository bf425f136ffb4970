using Anneal.Pipeline.Config;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>Where a pipeline's runs are: a folder for each, named by the key of all that its parameters follow from.</summary>
internal static class RunPlace
{
    /// <summary>Where the runs of a pipelines file are.</summary>
    /// <param name="configPath">The file.</param>
    /// <returns>The folder; it may not exist yet.</returns>
    public static string RunsFolder(string configPath) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configPath))!, "runs");

    /// <summary>The folder of a pipeline's runs.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">The request.</param>
    /// <returns>The folder's path; it may not exist yet.</returns>
    public static string FolderOf(LoadedConfig config, RunRequest request) => Path.Combine(RunsFolder(request.ConfigPath), config.Name);

    /// <summary>The folder of a pipeline's run.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="request">The request.</param>
    /// <param name="fileHashes">The hash of each of its files.</param>
    /// <returns>The folder's path; it may not exist yet.</returns>
    public static string FolderOf(LoadedConfig config, RunRequest request, IReadOnlyList<string> fileHashes) =>
        Path.Combine(FolderOf(config, request), TrainKey(config, fileHashes)[..12]);

    /// <summary>The key that a run's id is the beginning of: everything that the trained parameters follow from.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="fileHashes">The hash of each of its files.</param>
    public static string TrainKey(LoadedConfig config, IReadOnlyList<string> fileHashes) => StageKey.Of(
        CodeVersion.Key,
        config.Name,
        config.KeyText("task", "seed", "data", "augment", "model", "loss", "metrics", "train", "export.threshold"),
        string.Join("\n", fileHashes));
}
