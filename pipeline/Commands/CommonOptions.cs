using System.CommandLine;
using System.Globalization;

namespace Anneal.Pipeline.Commands;

/// <summary>Arguments and options that several commands take.</summary>
internal static class CommonOptions
{
    public const string DefaultFile = "pipelines.yaml";

    public static Argument<string?> Pipeline() => new("PIPELINE")
    {
        Description = "The pipeline's name; the file's first one when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string> File() => new("--file", "-f")
    {
        Description = "The pipelines file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultFile,
    };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Replace a value of the file; may be given again.",
        HelpName = "key.path=value",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    public static Option<int?> Threads() => Positive("--threads", "Threads to compute on; one for each core when left out.", 1024);

    public static Option<int?> Positive(string name, string description, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            bool isNumber = result.Tokens is [{ Value: string text }]
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most;
            if (!isNumber && result.Tokens.Count > 0)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from 1 to {most}, got '{result.Tokens[0].Value}'"));
            }
        });
        return option;
    }

    public static Option<double> Seconds(double fallback)
    {
        var option = new Option<double>("--seconds") { Description = "Time to spend, in seconds.", HelpName = "S", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            bool isPositive = result.Tokens is not [{ Value: string text }]
                || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && value <= 3600);
            if (!isPositive)
            {
                result.AddError($"--seconds takes a number above 0, at most 3600, got '{result.Tokens[0].Value}'");
            }
        });
        return option;
    }

    public static Option<string> OneOf(string name, string description, string fallback, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values), DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && !values.Contains(text))
            {
                result.AddError($"{name} takes one of {string.Join(", ", values)}, got '{text}'");
            }
        });
        return option;
    }
}
