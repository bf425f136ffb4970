using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Anneal.Pipeline.Config;

namespace Anneal.Pipeline.Commands;

/// <summary>Errors of the command line in words, with the nearest command or option.</summary>
internal static class ParseErrors
{
    /// <summary>The errors, a line each, and where to read on; null when there are none.</summary>
    public static string? Describe(ParseResult parsed)
    {
        IReadOnlyList<string> strays = Strays(parsed);
        if (strays.Count == 0 && parsed.Action is not ParseErrorAction)
        {
            return null;
        }

        var lines = new List<string>();
        foreach (string token in strays.Concat(parsed.UnmatchedTokens))
        {
            lines.Add(DescribeUnmatched(token, parsed.CommandResult));
        }

        // The parser reports an unmatched token as an error too, and a missing command beside it.
        if (lines.Count == 0 && parsed.CommandResult.Command is { Action: null, Subcommands.Count: > 0 } group)
        {
            lines.Add($"'{Path(parsed.CommandResult)}' needs one of: {string.Join(", ", group.Subcommands.Select(c => c.Name))}");
        }
        else if (lines.Count == 0)
        {
            lines.AddRange(parsed.Errors.Select(e => e.Message).Distinct());
        }

        lines.Add($"See '{Path(parsed.CommandResult)} --help'.");
        return string.Join('\n', lines);
    }

    // The parser takes an unknown option for an argument where one is still wanted.
    private static IReadOnlyList<string> Strays(ParseResult parsed) =>
    [
        .. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)
            .Where(t => t.Value.Length > 1 && t.Value[0] == '-' && !parsed.Tokens.Any(other => other.Type == TokenType.DoubleDash))
            .Select(t => t.Value),
    ];

    private static string DescribeUnmatched(string token, CommandResult at)
    {
        bool isOption = token.StartsWith('-');
        bool isCommand = !isOption && at.Command.Subcommands.Count > 0;
        string[] known = isOption ? [.. Options(at)] : isCommand ? [.. at.Command.Subcommands.Select(c => c.Name)] : [];
        return isOption ? $"unknown option '{token}'{Suggestion.For(token, known)}"
            : isCommand ? $"unknown command '{token}'{Suggestion.For(token, known)}"
            : $"unexpected argument '{token}'";
    }

    private static IEnumerable<string> Options(CommandResult at)
    {
        for (CommandResult? level = at; level is not null; level = level.Parent as CommandResult)
        {
            foreach (Option option in level.Command.Options.Where(o => level == at || o.Recursive))
            {
                yield return option.Name;
            }
        }
    }

    private static string Path(CommandResult at) =>
        at.Parent is CommandResult parent ? $"{Path(parent)} {at.Command.Name}" : CommandTree.ToolName;
}
