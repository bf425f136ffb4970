using Anneal.Bench;

if (args is ["step", ..] && CompareOptions.Parse(args[1..]) is { } options)
{
    return await StepComparison.RunAsync(options);
}

Console.Error.WriteLine(CompareOptions.Usage);
return 2;
