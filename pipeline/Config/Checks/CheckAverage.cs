using System.Globalization;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Each candidate has the checkpoints, the steps, the rows and the runs that it is made of, and the winner is one of them.</summary>
internal sealed class CheckAverage : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "metrics", "train", "average", "final"];

    public void Check(CheckContext context)
    {
        if (context.Options.Average is not { } average)
        {
            return;
        }

        string[] names = [.. average.Candidates.Select(Candidates.NameOf)];
        for (int i = 0; i < names.Length; i++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"average.candidates.{i}");
            if (Array.IndexOf(names, names[i]) < i)
            {
                context.Error(path, $"'{names[i]}' is there twice");
            }

            CheckCandidate(context, average.Candidates[i], path);
        }

        if (average.Winner is { } winner && !names.Contains(winner))
        {
            context.Error("average.winner", $"no candidate '{winner}'{Suggestion.For(winner, names)}");
        }

        if (!context.HasValidationRows && ((names.Length > 1 && average.Winner is null) || average.Candidates.Any(c => c is BestOptions or SoupOptions { Kind: SoupKind.Greedy })))
        {
            context.Error("average", "the best is chosen on validation rows, and 'data.split' holds none out");
        }
    }

    private static void CheckCandidate(CheckContext context, CandidateOptions candidate, string path)
    {
        switch (candidate)
        {
            case LastKOptions lastK:
                CheckCheckpoints(context, $"{path}.last_k.k", lastK.K);
                break;
            case SwaOptions swa:
                CheckSteps(context, $"{path}.swa", context.Options.Train.AllPhases()[^1]);
                if (swa.Cycle is { } cycle && swa.Epochs % cycle != 0)
                {
                    context.Error($"{path}.swa.cycle", string.Create(CultureInfo.InvariantCulture, $"{swa.Epochs} epochs are no whole number of cycles"));
                }

                break;
            case EmaOptions:
                foreach (PhaseOptions phase in context.Options.Train.AllPhases())
                {
                    CheckSteps(context, $"{path}.ema", phase);
                }

                break;
            case SoupOptions soup:
                CheckSoup(context, soup, $"{path}.soup");
                break;
        }
    }

    private static void CheckSteps(CheckContext context, string path, PhaseOptions phase)
    {
        if (phase.Optimizer is LbfgsOptions or GeneticOptions)
        {
            context.KeyError(path, $"has no use here: {(phase.Optimizer is LbfgsOptions ? "L-BFGS" : "the genetic algorithm")} takes no steps along a gradient at a rate");
        }
    }

    private static void CheckSoup(CheckContext context, SoupOptions soup, string path)
    {
        if (soup.Runs is not { } runs)
        {
            CheckCheckpoints(context, path, 2);
        }
        else if (runs.Count == 0)
        {
            context.Error(path + ".runs", "needs at least one run");
        }
        else
        {
            CheckRuns(context, path + ".runs", runs, "averaged.onnx");
        }

        if (soup.Kind == SoupKind.Greedy && context.Options.Final is not null)
        {
            context.Error(path, "the final fit has no validation rows to be greedy on. hint: soup: uniform");
        }
    }

    /// <summary>Each folder is there and holds a file of a finished run.</summary>
    internal static void CheckRuns(CheckContext context, string path, IReadOnlyList<string> runs, string file)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
            if (context.Files.FindAny(runs[i]) is not { } folder)
            {
                context.Error(place, $"no such folder: '{runs[i]}'");
            }
            else if (!File.Exists(Path.Combine(folder, file)))
            {
                context.Error(place, $"'{runs[i]}' holds no {file}: expected the folder of a finished run");
            }
        }
    }

    private static void CheckCheckpoints(CheckContext context, string path, int k)
    {
        CheckpointOptions checkpoint = context.Options.Train.Checkpoint;
        if (k > checkpoint.Keep)
        {
            context.Error(path, $"needs {k} checkpoints, and 'train.checkpoint.keep' is {checkpoint.Keep}");
        }

        int made = context.Options.Train.AllEpochs() / checkpoint.EveryEpochs;
        if (k > made)
        {
            context.Error(path, $"needs {k} checkpoints, and training makes {made}");
        }
    }
}
